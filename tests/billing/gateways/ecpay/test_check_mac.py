"""CheckMacValue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.gateways.ecpay.books import fields_of
from billing.gateways.ecpay.check_mac import check_mac_value
from tests.billing.gateways.ecpay.conftest import NINE
from tests.billing.gateways.ecpay_server import HASH_IV, HASH_KEY, EcpayServer


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {
                "ChoosePayment": "ALL",
                "EncryptType": "1",
                "ItemName": "Apple iphone 15",
                "MerchantID": "3002607",
                "MerchantTradeDate": "2023/03/12 15:30:23",
                "MerchantTradeNo": "ecpay20230312153023",
                "PaymentType": "aio",
                "ReturnURL": "https://www.ecpay.com.tw/receive.php",
                "TotalAmount": "30000",
                "TradeDesc": "促銷方案",
            },
            "6C51C9E6888DE861FD62FB1DD17029FC742634498FD813DC43D4243B5685B840",
            id="developers.ecpay.com.tw/?p=2902",
        ),
        pytest.param(
            {
                "MerchantID": "3002607",
                "MerchantTradeNo": "WPLL4E341E122DB44D62",
                "PaymentDate": "2019/05/09 00:01:21",
                "PaymentType": "Credit_CreditCard",
                "PaymentTypeChargeFee": "1",
                "RtnCode": "1",
                "RtnMsg": "交易成功",
                "SimulatePaid": "0",
                "TradeAmt": "500",
                "TradeDate": "2019/05/09 00:00:18",
                "TradeNo": "1905090000188278",
            },
            "6E7F053EF215FC851A050A2FF01D72CBE440EA138DC3E905647985DDF236FD25",
            id="github.com/ECPay/SDK_PHP GetCheckoutResponse.php",
        ),
        pytest.param(
            {"MerchantID": "3002607", "ItemName": "Tom's Shop", "TotalAmount": "100"},
            "CF0A3D4901D99459D8641516EC57210700E8A5C9AB26B1D021301E9CB93EF78D",
            id="apostrophe, github.com/ECPay/ECPay-API-Skill",
        ),
        pytest.param(
            {"MerchantID": "3002607", "ItemName": "Test~Product", "TotalAmount": "200"},
            "CEEAE01D2F9A8E74D4AC0DCE7735B046D73F35A5EC99558A31A2EE03159DA1C9",
            id="tilde, github.com/ECPay/ECPay-API-Skill",
        ),
        pytest.param(
            {"MerchantID": "3002607", "ItemName": "My Test Product", "TotalAmount": "300"},
            "7712A5E6EDC3B57086063C88568084C66CE882A21D40E74DE5ACA3B478C6F316",
            id="spaces, github.com/ECPay/ECPay-API-Skill",
        ),
    ],
)
def test_published_vectors(fields: dict[str, str], expected: str, server: EcpayServer) -> None:
    """The imitation is held to them as well."""
    assert check_mac_value(fields, HASH_KEY, HASH_IV) == expected
    assert server.mac(fields) == expected


@pytest.mark.parametrize(
    "answer",
    [
        (
            "CustomField1=&CustomField2=&CustomField3=&CustomField4=&HandlingCharge=30&ItemName=paidcli test"
            "&MerchantID=3002607&MerchantTradeNo=paidcli1782998612529&PaymentDate=2026/07/02 21:27:45"
            "&PaymentType=Credit_CreditCard&PaymentTypeChargeFee=31&StoreID=&TradeAmt=1234"
            "&TradeDate=2026/07/02 21:24:11&TradeNo=2607022124117236&TradeStatus=1"
            "&CheckMacValue=63850FCB511519F566886EB7D34B4DC449537F7549625DA5BF6FE0BA61F7ACE9"
        ),
        (
            "HandlingCharge=0&ItemName=&MerchantID=3002607&MerchantTradeNo=paidcli-probe-001&PaymentDate="
            "&PaymentType=&PaymentTypeChargeFee=0&TradeAmt=0&TradeDate=&TradeNo=&TradeStatus=10200047"
            "&CheckMacValue=F874E8D5FE8B1306F6CE10A4C5E30D3E20C3F22B51DEB641440B9F7A8B7FB865"
        ),
    ],
    ids=["paid", "unknown"],
)
def test_answers_that_the_test_environment_gave(answer: str) -> None:
    """Recorded by the authors of @paid-tw/payment in July 2026: unescaped, and empty fields are signed."""
    fields = fields_of(answer)
    assert check_mac_value(fields, HASH_KEY, HASH_IV) == fields["CheckMacValue"]


@given(st.dictionaries(st.text("ABCxyz", min_size=1), st.text(), min_size=1))
def test_the_imitation_signs_alike(fields: dict[str, str]) -> None:
    """Two pieces of code from the same page, for every text."""
    if len({name.lower() for name in fields}) == len(fields):
        server = EcpayServer(NINE)
        assert check_mac_value(fields, HASH_KEY, HASH_IV) == server.mac(fields)
