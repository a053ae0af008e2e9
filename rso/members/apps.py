from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "rso.members"
    label = "members"
