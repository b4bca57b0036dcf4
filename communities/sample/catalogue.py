"""The parts of the sample company that no seed changes: its districts, price book, teams and words."""

from __future__ import annotations

from datetime import time

from communities.sample.records import (
    BreakRule,
    SampleAddOn,
    SampleServiceType,
    SampleSkill,
    SkillLevel,
    WorkingHours,
)

# Twelve neighbouring villages in each of two districts.
SERVED_VILLAGES = {
    "大安區": [
        "龍坡里",
        "龍泉里",
        "龍安里",
        "古風里",
        "大學里",
        "龍門里",
        "錦安里",
        "古莊里",
        "龍生里",
        "福住里",
        "新龍里",
        "龍淵里",
    ],
    "信義區": [
        "西村里",
        "景新里",
        "興隆里",
        "正和里",
        "興雅里",
        "中興里",
        "景聯里",
        "三張里",
        "安康里",
        "新仁里",
        "敦厚里",
        "景勤里",
    ],
}

SKILLS = (
    SampleSkill("electrical", "水電", "Electrical work"),
    SampleSkill("gas", "瓦斯", "Gas appliances"),
    SampleSkill("hvac", "冷氣", "Air conditioning"),
    SampleSkill("locks", "鎖具", "Locks"),
    SampleSkill("plumbing", "水管", "Plumbing"),
)


def levels(**skills: int) -> tuple[SkillLevel, ...]:
    """Skills with their levels, by skill."""
    return tuple(SkillLevel(skill, level) for skill, level in sorted(skills.items()))


SERVICE_TYPES = (
    SampleServiceType(
        "ac_install",
        "冷氣安裝",
        "Air conditioner installation",
        90,
        levels(hvac=3),
        48,
        120,
        6500,
        technicians=2,
    ),
    SampleServiceType("ac_repair", "冷氣維修", "Air conditioner repair", 60, levels(hvac=3), 4, 24, 1800),
    SampleServiceType("ac_service", "冷氣保養", "Air conditioner service", 50, levels(hvac=2), 24, 72, 2000),
    SampleServiceType("electrical", "水電修繕", "Electrical repair", 45, levels(electrical=2), 8, 48, 1200),
    SampleServiceType(
        "filter_change", "濾心更換", "Water filter change", 30, levels(plumbing=1), 48, 120, 800
    ),
    SampleServiceType("lock", "門鎖更換", "Lock replacement", 35, levels(locks=2), 2, 24, 1500),
    SampleServiceType("plumbing", "水管疏通", "Plumbing", 40, levels(plumbing=2), 8, 48, 1000),
    SampleServiceType(
        "water_heater", "熱水器維修", "Water heater repair", 50, levels(gas=2, plumbing=1), 4, 24, 1600
    ),
)

# How often each service type is asked for, in parts of 100.
DEMAND = {
    "ac_install": 2,
    "ac_repair": 10,
    "ac_service": 20,
    "electrical": 12,
    "filter_change": 24,
    "lock": 7,
    "plumbing": 15,
    "water_heater": 10,
}

ADD_ONS = (
    SampleAddOn("ac_coating", "冷氣抗菌塗層", "Antibacterial coating", 600, ("ac_repair", "ac_service")),
    SampleAddOn(
        "leak_sensor", "漏水警報器", "Leak sensor", 900, ("filter_change", "plumbing", "water_heater")
    ),
    SampleAddOn("safety_check", "居家用電檢查", "Electrical safety check", 500, ("electrical", "lock")),
    SampleAddOn("spare_filter", "備用濾心", "Spare filter set", 750, ("filter_change",)),
)

DESCRIPTIONS = {
    "ac_install": (
        ("分離式冷氣安裝", "A split unit to install"),
        ("舊機拆除換新", "The old unit out, a new one in"),
    ),
    "ac_repair": (("冷氣不冷", "The air conditioner does not cool"), ("室內機漏水", "The indoor unit drips")),
    "ac_service": (("冷氣年度保養", "Yearly service"), ("冷氣有異味，請清洗", "It smells; please clean it")),
    "electrical": (("浴室插座沒電", "The bathroom socket is dead"), ("跳電", "The breaker keeps tripping")),
    "filter_change": (("濾心到期更換", "The filter is due"), ("飲水機出水變慢", "The water runs slowly")),
    "lock": (("大門鎖卡住", "The front door lock sticks"), ("想換電子鎖", "Would like an electronic lock")),
    "plumbing": (("水槽堵塞", "The sink is blocked"), ("馬桶漏水", "The toilet leaks")),
    "water_heater": (
        ("熱水器點不著", "The heater does not light"),
        ("熱水忽冷忽熱", "Hot water comes and goes"),
    ),
}

# Preferred windows in hours of the day.
WINDOWS = ((9, 12), (10, 13), (13, 16), (14, 17), (15, 18))

NOON_QUIET = (time(12, 0), time(13, 30))
NIGHT_QUIET = (time(20, 0), time(8, 0))

# Mixed teams: each of a district's seven technicians takes one row.
TEAM = (
    levels(hvac=3, electrical=2),
    levels(hvac=3, plumbing=1),
    levels(hvac=2, electrical=2, locks=2),
    levels(plumbing=3, gas=2),
    levels(plumbing=2, gas=3, hvac=2),
    levels(plumbing=2, electrical=3),
    levels(plumbing=1, locks=3, hvac=3),
)

WORKING_HOURS = (
    (WorkingHours((0, 1, 2, 3, 4, 5), time(9, 0), time(18, 0)),),
    (WorkingHours((0, 1, 2, 3, 4), time(8, 0), time(17, 0)), WorkingHours((5,), time(9, 0), time(13, 0))),
    (WorkingHours((0, 1, 2, 3, 4, 5), time(9, 0), time(18, 0)),),
    (WorkingHours((0, 1, 2, 3, 4, 5), time(9, 30), time(18, 30)),),
)

BREAKS = (
    BreakRule(time(12, 0), time(13, 30), 45),
    BreakRule(time(11, 30), time(13, 30), 60),
    BreakRule(time(12, 0), time(14, 0), 30),
)

SURNAMES = (
    ("陳", "Chen"),
    ("林", "Lin"),
    ("黃", "Huang"),
    ("張", "Chang"),
    ("李", "Lee"),
    ("王", "Wang"),
    ("吳", "Wu"),
    ("劉", "Liu"),
    ("蔡", "Tsai"),
    ("楊", "Yang"),
    ("許", "Hsu"),
    ("鄭", "Cheng"),
    ("謝", "Hsieh"),
    ("郭", "Kuo"),
    ("洪", "Hung"),
    ("曾", "Tseng"),
    ("邱", "Chiu"),
    ("廖", "Liao"),
    ("賴", "Lai"),
    ("周", "Chou"),
)

GIVEN_NAMES = (
    ("雅婷", "Ya-ting"),
    ("志明", "Chih-ming"),
    ("淑芬", "Shu-fen"),
    ("俊傑", "Chun-chieh"),
    ("美玲", "Mei-ling"),
    ("建宏", "Chien-hung"),
    ("怡君", "Yi-chun"),
    ("家豪", "Chia-hao"),
    ("麗華", "Li-hua"),
    ("文雄", "Wen-hsiung"),
    ("佳穎", "Chia-ying"),
    ("冠宇", "Kuan-yu"),
    ("秀英", "Hsiu-ying"),
    ("宗翰", "Tsung-han"),
    ("惠雯", "Hui-wen"),
    ("承恩", "Cheng-en"),
    ("心怡", "Hsin-yi"),
    ("彥廷", "Yen-ting"),
    ("玉珍", "Yu-chen"),
    ("柏翰", "Po-han"),
)
