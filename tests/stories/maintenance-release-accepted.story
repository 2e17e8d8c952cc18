# 7.2(1) beside 7.2(2), more flash, a failover-only licence: that is a pair, and says so.
clauses: MT-1 MT-3 MT-4
boot: lan-maintenance-release
bounds: decide 16s

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
messages primary
    103007  Mate version 7.2(2) is not identical with ours 7.2(1)
messages secondary
    103007
type primary
    hostname gateway
show secondary show running-config
    hostname gateway
! power-off primary
expect within 20s
    primary    off
    secondary  Active
