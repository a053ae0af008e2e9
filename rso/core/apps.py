from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "rso.core"
    label = "core"

    def ready(self) -> None:
        """The rooms’ verbs, figures, panels, permissions and searched kinds are found here; nobody registers them by hand."""
        autodiscover_modules("actions", "figures", "panels", "policies", "searched")
