from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "rso.events"
    label = "events"
