from django.apps import AppConfig


class ReplicaConfig(AppConfig):
    name = "stuurhut.replica"
    label = "replica"
    default_auto_field = "django.db.models.BigAutoField"
