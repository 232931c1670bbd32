"""The numbers on labels, held to their check digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliveries.codes import ParcelCodeInvalid, read_code, s10_check_digit
from deliveries.models import ParcelCodeKind

# GS1's own example of an SSCC, UPU's of an S10 (standard S10-12), and one with each of the two special remainders.
SSCC = "340123450000000000"
S10 = "RR473124829GB"


class TestReadCode:
    @pytest.mark.parametrize(
        "text", [SSCC, f"(00){SSCC}", f"00{SSCC}", "3 4012345 000000000 0", f" (00) {SSCC} ", f"]C100{SSCC}"]
    )
    def test_knows_an_sscc_however_it_is_written(self, text: str) -> None:
        code = read_code(text)
        assert (code.number, code.kind) == (SSCC, ParcelCodeKind.SSCC)

    @pytest.mark.parametrize("text", [S10, "rr 473 124 829 gb", "RR123456785FI", "LX000000005US", f" ]C0{S10}"])
    def test_knows_an_s10_however_it_is_written(self, text: str) -> None:
        assert read_code(text).kind is ParcelCodeKind.S10

    @pytest.mark.parametrize(
        "text", ["", "(00)", "12345", "(01)" + SSCC, SSCC + "0", "RR47312482GB", "RR473124829G1", f"]C1]C1{SSCC}"]
    )
    def test_refuses_what_is_neither(self, text: str) -> None:
        with pytest.raises(ParcelCodeInvalid, match="neither"):
            read_code(text)

    @pytest.mark.parametrize("text", [SSCC.translate(str.maketrans("0", "٠")), "ＲＲ473124829GB"])
    def test_refuses_digits_and_letters_of_other_scripts(self, text: str) -> None:
        with pytest.raises(ParcelCodeInvalid):
            read_code(text)

    @given(position=st.integers(0, 17), digit=st.sampled_from("0123456789"))
    def test_catches_every_single_wrong_digit_of_an_sscc(self, position: int, digit: str) -> None:
        wrong = SSCC[:position] + digit + SSCC[position + 1 :]
        if wrong != SSCC:
            with pytest.raises(ParcelCodeInvalid, match="check digit"):
                read_code(wrong)

    @given(serial=st.from_regex(r"[0-9]{8}", fullmatch=True))
    def test_accepts_one_check_digit_for_each_serial_of_an_s10(self, serial: str) -> None:
        good = [digit for digit in "0123456789" if _is_good(f"RR{serial}{digit}FI")]
        assert good == [str(s10_check_digit(serial))]


def _is_good(text: str) -> bool:
    try:
        read_code(text)
    except ParcelCodeInvalid:
        return False
    return True
