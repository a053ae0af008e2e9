from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

import rso.core.addresses  # noqa: F401  rooms say their addresses with its converter, whether or not the site is served


class CoreConfig(AppConfig):
    name = "rso.core"
    label = "core"

    def ready(self) -> None:
        """The rooms’ verbs, figures, panels, lists for members, permissions and searched kinds are found here by themselves."""
        autodiscover_modules("actions", "figures", "panels", "at_home", "policies", "searched")
