"""What every Shlyuz service stands on: procedure, pki, personal data, database, events, web."""
