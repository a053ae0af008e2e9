"""The public door of this room: figures with their records, the table builder, reports."""

from django.urls import path

from rso.reports.site import advance, changelog, editions, figures, reports, tables

urlpatterns = [
    path("figures/", figures.index, name="figures"),
    path("figures/<slug:slug>/", figures.latest, name="figure-latest"),
    path("figures/<slug:slug>/<str:period>/", figures.page, name="figure"),
    path("figures/<slug:slug>/<str:period>/figure.csv", figures.as_csv, name="figure-csv"),
    path("figures/<slug:slug>/<str:period>/records.csv", figures.records_csv, name="figure-records"),
    path("open-data/changelog/", changelog.changelog, name="changelog"),
    path("tables/", tables.builder, name="tables"),
    path("reports/", reports.index, name="reports"),
    path("reports/printed/", reports.printed, name="printed"),
    path("reports/key", editions.key, name="report-key"),
    path("reports/<slug:ref>/<int:number>/", editions.edition, name="edition"),
    path("reports/<slug:ref>/<int:number>/<path:name>", editions.file, name="edition-file"),
    path("reports/calendar/", advance.calendar, name="report-calendar"),
    path("reports/advance/<str:secret>/", advance.advance, name="report-advance"),
    path("reports/photographs/<ref:ref>/", advance.photograph, name="photograph"),
    path("reports/<slug:ref>/", reports.report, name="report"),
    path("reports/<slug:ref>/edition.pdf", reports.pdf, name="report-pdf"),
    path("reports/<slug:ref>/data.zip", reports.data, name="report-data"),
    path("reports/<slug:ref>/<slug:chapter>/", reports.chapter, name="chapter"),
]
