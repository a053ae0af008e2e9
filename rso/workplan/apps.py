from django.apps import AppConfig


class WorkplanConfig(AppConfig):
    name = "rso.workplan"
    label = "workplan"
