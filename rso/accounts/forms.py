"""The forms of sign-in pages, in the words of this site; and the example's codes, which are public, are good on the machine alone."""

from __future__ import annotations

from typing import Any

from allauth.account.fields import SetPasswordField
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from rso.accounts.example import secret_of
from rso.accounts.models import OF_PEOPLE, OFFICE_ROLES, ApiKey, Role, User
from rso.accounts.secrets import open_

ONE_TIME = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}


def code_field(help_text: Any) -> forms.CharField:
    return forms.CharField(label=_("Code"), max_length=20, widget=forms.TextInput(ONE_TIME), help_text=help_text)


class FromOneself:
    """Refuses the codes of the example where others reach the site. They are no try, so they are not counted."""

    user: User
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        if settings.ENV.is_reachable and has_example_factor(self.user):
            raise ValidationError(
                _("This is the public code of the example. It signs in on the machine itself and nowhere else.")
            )
        return super().clean_code()  # type: ignore[misc,no-any-return]


def has_example_factor(user: User) -> bool:
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return found is not None and open_(found.data["secret"]) == secret_of(user.ref)


class Authenticate(FromOneself, base.AuthenticateForm):  # type: ignore[misc]
    code = code_field(_("Six digits from your app, or one of your recovery codes."))


class Reauthenticate(FromOneself, base.ReauthenticateForm):  # type: ignore[misc]
    code = code_field(_("Six digits from your app, or one of your recovery codes."))


class ActivateTOTP(totp.ActivateTOTPForm):  # type: ignore[misc]
    code = code_field(_("The six digits that the app now shows."))


class Answer(forms.JSONField):
    """What a device answered. What is nested deeper than any answer is not read."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class SignInByPasskey(webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    credential = Answer(widget=forms.HiddenInput)


class AddPasskey(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A passkey is always one that signs in by itself: device and finger, face or PIN are two factors."""

    name = forms.CharField(
        label=_("Name"), max_length=60, required=False, help_text=_("Where it is kept: “my phone”, “office key”.")
    )
    credential = Answer(widget=forms.HiddenInput)
    passwordless = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)

    def clean_passwordless(self) -> bool:
        return True

    def clean(self) -> dict[str, Any]:
        """What no device sends is a wrong answer, in whichever way it cannot be read."""
        try:
            return super().clean()  # type: ignore[no-any-return]
        except (ValueError, LookupError, AttributeError) as error:
            raise get_adapter().validation_error("incorrect_code") from error


class Profile(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("name", "language")
        labels = {"name": _("Name as others see it"), "language": _("Language")}
        help_texts = {"language": _("In which pages open when you sign in, and letters are written.")}


class FirstPassword(forms.Form):
    """What an invitation asks for."""

    password1 = SetPasswordField(label=_("Password"), help_text=_("At least 12 characters."))
    password2 = SetPasswordField(label=_("The same password again"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.user)
        return password

    def clean(self) -> None:
        first, second = (self.cleaned_data.get(name) for name in ("password1", "password2"))
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))


class Invitation(forms.Form):
    name = forms.CharField(label=_("Name as others see it"), max_length=120)
    email = forms.EmailField(label=_("Email"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=[role for role in Role.choices if role[0] != Role.SERVICE])
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE,
        help_text=_("In which the invitation is written, and pages open; they may choose another."),
    )  # fmt: skip


class NewKey(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ApiKey
        fields = ("name", "owner", "scope", "expires_on")
        widgets = {"expires_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(OF_PEOPLE, is_active=True).order_by("name")
        self.fields["owner"] = forms.ModelChoiceField(
            people, to_field_name="ref", label=self.fields["owner"].label, help_text=self.fields["owner"].help_text,
            empty_label=_("Choose"),
        )  # fmt: skip


class Leaving(forms.Form):
    """Who takes over what is a leaver's."""

    to = forms.ModelChoiceField(
        User.objects.none(), to_field_name="ref", label=_("Hand over to"), empty_label=_("Choose")
    )

    def __init__(self, user: User, needed: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        field.required = needed
        field.queryset = (  # type: ignore[attr-defined]
            User.objects.filter(role__in=OFFICE_ROLES, is_active=True).exclude(pk=user.pk).order_by("name")
        )
