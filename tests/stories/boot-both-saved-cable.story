# Both units know their configuration and are switched on together: the one at the Primary end leads.
clauses: ST-4 ST-5
boot: cable-saved

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
no-messages secondary
    104001
