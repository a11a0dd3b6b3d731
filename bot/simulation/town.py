"""The neighbourhood that is simulated: so many buildings, a group and a captain for each, a flat for every household."""

from __future__ import annotations

from bot.simulator.neighbourhood import Building, Group, Neighbour, Neighbourhood

NAME = "梧桐里"
WORK = "work"
CLERK, PROPERTY = "clerk", "property"
HOUSEHOLDS = 1190
OF_BUILDINGS = 15
"""The neighbourhood of the reports: 1,190 households in 15 buildings; a smaller one has its share."""
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
TITLES = ("阿姨", "师傅", "老师", "伯伯", "阿婆", "小妹")
FLATS_A_FLOOR = 4


def captain(building: Building) -> str:
    return f"captain-{building.id}"


def room(building: Building) -> str:
    return f"room-{building.id}"


def town(buildings: int) -> Neighbourhood:
    """A neighbourhood of so many buildings, with the committee's own group."""
    houses = tuple(Building(f"b{number}", f"{number}号楼") for number in range(1, buildings + 1))
    groups = tuple(Group(room(house), f"{house.name}邻里群", house.id) for house in houses)
    rooms = tuple(group.id for group in groups)
    staff = (
        Neighbour(CLERK, "小蒋", "clerk", "", "", (*rooms, WORK), ()),
        Neighbour(PROPERTY, "马经理", "property", "", "", (*rooms, WORK), ()),
    )
    people = [one for at, house in enumerate(houses) for one in _people(house, at, buildings)]
    return Neighbourhood(NAME, houses, (*groups, Group(WORK, "居委工作群")), (*staff, *people))


def _people(house: Building, at: int, buildings: int) -> list[Neighbour]:
    lead = Neighbour(captain(house), f"{_name(at * 7)}", "captain", house.id, "", (room(house), WORK), ())
    total = HOUSEHOLDS * buildings // OF_BUILDINGS
    flats = total // buildings + (at < total % buildings)
    return [lead, *(_resident(house, at, number) for number in range(flats))]


def _resident(house: Building, at: int, number: int) -> Neighbour:
    flat = f"{number // FLATS_A_FLOOR + 1}{number % FLATS_A_FLOOR + 1:02}"
    name = f"{flat}{_name(number * 11 + at * 5 + 3)}"
    return Neighbour(f"{house.id}-{flat}", name, "resident", house.id, flat, (room(house),), ())


def _name(at: int) -> str:
    return SURNAMES[at % len(SURNAMES)] + TITLES[at // 3 % len(TITLES)]
