from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    name = "rso.publications"
    label = "publications"
