from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "rso.core.search"
    label = "search"
