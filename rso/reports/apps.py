from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "rso.reports"
    label = "reports"
