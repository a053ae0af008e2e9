from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "rso.reports"
    label = "reports"

    def ready(self) -> None:
        """Lets the figure engine know what the public was given before."""
        from rso.reports import earlier  # noqa: F401
