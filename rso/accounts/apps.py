from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "rso.accounts"
    label = "accounts"
