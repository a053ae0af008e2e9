from django.apps import AppConfig
from django.urls import register_converter
from django.utils.module_loading import autodiscover_modules

from rso.core.addresses import RefConverter


class CoreConfig(AppConfig):
    name = "rso.core"
    label = "core"

    def ready(self) -> None:
        """The rooms’ verbs, figures, panels, lists for members, permissions and searched kinds are found here by themselves."""
        # Rooms say their addresses with it, whether or not the site is served.
        register_converter(RefConverter, "ref")
        autodiscover_modules("actions", "figures", "panels", "at_home", "policies", "searched")
