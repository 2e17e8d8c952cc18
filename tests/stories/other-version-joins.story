# A unit of another release joins a serving one by the cable; it stays passive.
clauses: MT-1 MT-5
boot: cable-other-version

power-on primary
expect within 10s
    primary  Active
power-on secondary
expect within 20s
    primary    Active
    secondary  Disabled
forwarder primary
messages primary
    103006
messages secondary
    103006
    105001
no-messages secondary
    709005
expect for 5s
    primary    Active
    secondary  Disabled
