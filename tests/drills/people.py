"""The people of a drill, as the owner makes them: `python -m tests.drills.people`. Each trader has portfolios."""

import os


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aegis.settings")
    import django

    django.setup()
    from django.contrib.auth.models import Group, User

    from account.models import Portfolio
    from tests.drills.leaks import PEOPLE, TRADERS

    for name, role in PEOPLE.items():
        user = User.objects.create_user(name, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
    for name in TRADERS:
        for number in range(3):
            facts = {"strategy_type": "MOMENTUM", "initial_capital": 1_000_000, "created_by": name}
            Portfolio.objects.create(name=f"{name} {number}", **facts)


if __name__ == "__main__":
    main()
