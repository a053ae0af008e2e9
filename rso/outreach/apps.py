from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "rso.outreach"
    label = "outreach"
