"""Settlement files, written from the providers' documentation: no real ones."""

import csv
import io
from collections.abc import Iterable

STRIPE = {
    "balance_transaction_id": "txn_1",
    "created_utc": "2026-03-02 01:30:00",
    "available_on_utc": "2026-03-09 00:00:00",
    "currency": "twd",
    "gross": "800.00",
    "fee": "27.20",
    "net": "772.80",
    "reporting_category": "charge",
    "source_id": "ch_1",
    "payment_intent_id": "pi_1",
    "payment_metadata[reference]": "",
    "automatic_payout_id": "po_1",
    "automatic_payout_effective_at_utc": "2026-03-11 00:00:00",
}
ECPAY = {
    "訂單日期": "2026/03/02 09:29:00",
    "廠商訂單編號": "LINLI1",
    "綠界訂單編號": "2603020929001234",
    "店鋪代號": "-",
    "MID": "3002607",
    "平台名稱": "-",
    "付款方式": "信用卡",
    "費率(每筆)": "2.75%",
    "信用卡授權單號": "12027682",
    "信用卡卡號末4碼": "2222",
    "超商資訊/ATM虛擬帳號": "-",
    "付款狀態": "2026-03-02 09:30:00 已付款",
    "交易金額": "800",
    "退款日期": "-",
    "退款金額": "-",
    "交易手續費": "22.00",
    "平台手續費": "-",
    "應收款項(淨額)": "778.00",
    "撥款狀態": "2026-03-11 已撥款",
    "備註": "-",
    "商品名稱": "Acme, 濾心更換",
}


def stripe_csv(*rows: dict[str, str]) -> bytes:
    """Each row as STRIPE, but for what is given."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, STRIPE)
    writer.writeheader()
    writer.writerows(STRIPE | row for row in rows)
    return file.getvalue().encode()


def ecpay_csv(*rows: dict[str, str], encoding: str = "utf-8") -> bytes:
    """Each row as ECPAY, but for what is given; cells as ECPay writes them."""
    lines: list[Iterable[str]] = [ECPAY.keys(), *((ECPAY | row).values() for row in rows)]
    return "".join(",".join(f'="{cell}"' for cell in line) + "\r\n" for line in lines).encode(encoding)
