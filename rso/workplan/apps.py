from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkplanConfig(AppConfig):
    name = "rso.workplan"
    verbose_name = _("What we do")
    label = "workplan"
