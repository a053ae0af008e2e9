from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FinanceConfig(AppConfig):
    name = "rso.finance"
    verbose_name = _("Money")
    label = "finance"
