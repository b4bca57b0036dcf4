"""Pillac's instances: a technician who may begin at the depot."""

from benchmarks.pillac import driving_twice, problem_of
from benchmarks.replay import judge

SOLOMON = """\
C101

VEHICLE
NUMBER     CAPACITY
  25         200

CUSTOMER
CUST NO.   XCOORD.   YCOORD.    DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0          40      50           0       0        1236           0
    1          40      68          10     100         150          90
"""
TECHNICIANS = """\
<instance>
  <network><nodes>
    <node id="0" type="0"><cx>40.0</cx><cy>50.0</cy></node>
    <node id="1" type="1"><cx>40.0</cx><cy>60.0</cy></node>
    <node id="2" type="2"><cx>40.0</cx><cy>68.0</cy></node>
  </nodes></network>
  <fleet><vehicle_profile type="0" number="1">
    <departure_node>1</departure_node><arrival_node>1</arrival_node>
    <resource id="0"><max>1.0</max></resource>
    <resource id="5"><start>3.0</start><max>INF</max></resource>
  </vehicle_profile></fleet>
  <requests>
    <request id="0" node="2"><skill>4</skill><resource id="0">1.0</resource><resource id="7">1.0</resource></request>
  </requests>
  <drivers><driver_profile type="0"><skill id="4"/></driver_profile></drivers>
</instance>
"""
PROBLEM = problem_of(TECHNICIANS, SOLOMON)


def test_working_time_is_counted_from_leaving_as_late_as_may_be() -> None:
    # home (60) to the depot (50) 10, to the request (68) 18, there at 100 at the earliest: leaves at 72;
    # 90 of service, 8 home: 198. From 72 to 198 are 126 units of 100 s.
    verdict = judge(PROBLEM, {"S0+depot": ["V0"]})
    assert (verdict.cost_s, verdict.violations) == (12_600, ())


def test_who_has_not_the_part_must_call_at_the_depot() -> None:
    (said,) = judge(PROBLEM, {"S0": ["V0"]}).violations
    assert "part-7" in said


def test_nobody_works_twice() -> None:
    assert driving_twice({"S0": ["V0"], "S0+depot": ["V1"], "S1+depot": ["V2"]}) == [
        "the technician of S0 works twice"
    ]
