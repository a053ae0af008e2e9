"""The office's pages of this room: accounts, API keys, and who saw what."""

from rso.accounts.office import accounts, audit, keys

urlpatterns = [*accounts.urlpatterns, *audit.urlpatterns, *keys.urlpatterns]
