from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutreachConfig(AppConfig):
    name = "rso.outreach"
    verbose_name = _("Engagements")
    label = "outreach"
