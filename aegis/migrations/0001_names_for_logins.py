from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("axes", "0010_accessattemptexpiration"),
        ("otp_totp", "0003_add_timestamps"),
    ]

    operations = [
        migrations.CreateModel(
            name="Authenticator",
            fields=[],
            options={
                "verbose_name": "two-factor login",
                "verbose_name_plural": "two-factor logins",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("otp_totp.totpdevice",),
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[],
            options={
                "verbose_name": "past login",
                "verbose_name_plural": "past logins",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("axes.accesslog",),
        ),
        migrations.CreateModel(
            name="WrongGuess",
            fields=[],
            options={
                "verbose_name": "failed login",
                "verbose_name_plural": "failed logins",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("axes.accessattempt",),
        ),
    ]
