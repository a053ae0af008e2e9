from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "rso.core"
    label = "core"

    def ready(self) -> None:
        """The rooms’ verbs, figures, panels, lists for members, permissions and searched kinds are found here by themselves."""
        autodiscover_modules("actions", "figures", "panels", "at_home", "policies", "searched")
