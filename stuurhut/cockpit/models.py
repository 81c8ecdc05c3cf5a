"""What the cockpit remembers: what somebody was last told by mail."""

from __future__ import annotations

from django.db import models

from stuurhut.people.models import User


class Letter(models.Model):
    """The Monday mail of one user: the week it was last seen to, and what was in the one last sent."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    week = models.DateField()  # its Monday
    told = models.CharField(max_length=64, default="")  # names the findings; empty before the first mail
    sent_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.week}"
