"""The only door: condition 1 and condition 2, routing, cabinet, tasks, workstation events."""
