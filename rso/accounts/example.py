"""The password of the example's accounts. It is printed for whoever runs the example, so everyone knows it."""

PASSWORD = "recorded-once-2022"  # noqa: S105
