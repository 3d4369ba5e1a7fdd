"""The commands of the deployment."""
