"""Extracts of a ledger as a finance system would give them."""

from __future__ import annotations

import io
from collections.abc import Sequence

#: New: an activity by ref, one by words that are nearly its title, one without; a payment in another currency.
EXTRACT = """Posting Date,Voucher No.,Account,Project,Amount,Curr,Description
2022-12-05,JV/22-901,PROG-CP1,a2022-01,"1,250.00",AUD,Interpretation
2022-12-06,JV/22-902,PROG-CP2,Border Technology Forum,(80.50),AUD,Refund of a ticket
2022-12-07,JV/22-903,Office operations,,42000.00,THB,Rent of the meeting room
"""


def as_csv(text: str = EXTRACT) -> bytes:
    return text.encode()


def as_xlsx(rows: Sequence[Sequence[object]], sheets: int = 1) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for _ in range(sheets - 1):
        book.create_sheet()
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
