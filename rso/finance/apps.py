from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "rso.finance"
    label = "finance"
