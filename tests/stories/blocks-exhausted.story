# The standby takes no lines for a while: no block is free for what waits; it takes all, later.
clauses: CF-13
boot: lan-few-blocks

power-on primary secondary
expect within 20s
    primary    Active
    secondary  Standby Ready
show primary show blocks
      256        16     16     16
traffic on
stop secondary management
type primary
    access-list 150 remark number 0 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 1 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 2 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 3 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 4 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 5 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 6 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 7 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 8 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 9 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 10 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 11 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 12 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 13 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 14 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 15 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 16 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 17 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 18 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 19 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 20 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 21 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 22 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 23 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 24 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 25 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 26 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 27 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 28 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 29 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 30 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 31 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 32 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 33 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 34 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 35 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 36 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 37 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 38 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 39 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 40 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 41 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 42 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 43 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 44 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 45 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 46 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 47 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 48 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 49 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 50 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 51 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 52 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 53 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 54 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 55 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 56 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 57 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 58 of many lines that nobody takes over for now, so that all of them wait
    access-list 150 remark number 59 of many lines that nobody takes over for now, so that all of them wait
messages primary
    105010 Failover message block alloc failed
expect for 2s
    primary    Active
go-on secondary management
rest within 60s
wait 10s
show secondary show running-config
    access-list 150 remark number 59 ...
show primary show blocks
      256        16      0     16
no-messages secondary
    104001
forwarder primary
