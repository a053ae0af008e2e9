"""The office's pages of this room: accounts, and who saw what."""

from rso.accounts.office import accounts, audit

urlpatterns = [*accounts.urlpatterns, *audit.urlpatterns]
