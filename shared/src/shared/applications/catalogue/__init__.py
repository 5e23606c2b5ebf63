"""What is offered: the services in force, their forms and the regulations themselves."""
