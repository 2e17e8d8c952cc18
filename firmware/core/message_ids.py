"""The numbers of the system messages this unit can emit. Their texts are in management/messages.py.

The failover machine names a message and gives its arguments; it never sees a text.
"""

from enum import IntEnum


class MessageId(IntEnum):
    """Numbers as the seed document and the public message tables give them."""

    CABLE_OK = 101001
    CABLE_BAD = 101002
    CABLE_NOT_CONNECTED_HERE = 101003
    CABLE_NOT_CONNECTED_THERE = 101004
    CABLE_UNREADABLE = 101005
    MATE_POWER_LOST = 102001
    NO_RESPONSE = 103001  # args: reason code
    MATE_INTERFACE_OK = 103002  # args: place of the interface
    MATE_INTERFACE_FAILED = 103003  # args: place of the interface
    MATE_REPORTS_ME_FAILED = 103004  # args: reason
    MATE_REPORTS_FAILURE = 103005  # args: reason
    MATE_VERSION_INCOMPATIBLE = 103006  # args: mate's, ours
    MATE_VERSION_DIFFERS = 103007  # args: mate's, ours
    SWITCHING_TO_ACTIVE = 104001  # args: reason
    SWITCHING_TO_STANDBY = 104002  # args: reason
    SWITCHING_TO_FAILED = 104003
    SWITCHING_TO_OK = 104004
    FAILOVER_DISABLED = 105001
    FAILOVER_ENABLED = 105002
    INTERFACE_WAITING = 105003  # args: interface name
    INTERFACE_NORMAL = 105004  # args: interface name
    INTERFACE_LOST = 105005  # args: interface name
    LINK_UP = 105006  # args: interface name
    LINK_DOWN = 105007  # args: interface name
    TESTING_INTERFACE = 105008  # args: interface name
    INTERFACE_TESTED = 105009  # args: interface name, Passed or Failed
    MESSAGE_BLOCK_FAILED = 105010
    CABLE_COMMUNICATION_FAILURE = 105011
    REPLICATION_INCOMPLETE = 105020
    LAN_INTERFACE_UP = 105031
    LAN_INTERFACE_DOWN = 105032
    MATE_LAN_UP = 105034
    SWITCHING_BACK_AND_FORTH = 105037
    INTERFACE_COUNT_MISMATCH = 105038
    FAILOVER_LINK_OK = 105042
    FAILOVER_LINK_FAILED = 105043
    MATE_MODE_DIFFERS = 105044  # args: mate's mode, ours
    MATE_LICENCE_DIFFERS = 105045  # args: mate's licence, ours
    MATE_CHASSIS_DIFFERS = 105046
    MATE_CARD_DIFFERS = 105047  # args: mate's interface type, slot, ours
    REPLICATION_SENDING = 709003
    REPLICATION_SENT = 709004
    REPLICATION_RECEIVING = 709005
    REPLICATION_RECEIVED = 709006
    REPLICATION_COMMAND_FAILED = 709007  # args: command
    TYPED_DURING_SYNC = 709008  # args: command
    LINE_PROTOCOL_UP = 411001  # args: interface name
    LINE_PROTOCOL_DOWN = 411002  # args: interface name
    ENABLE_DENIED = 308001  # args: tries, from where
    SSH_DENIED = 315001  # args: from where, by which interface
    PRIVILEGE_CHANGED = 502103  # args: who, from, to
    LOGIN_DENIED = 605004  # args: from where, to what, user
    LOGIN_PERMITTED = 605005  # args: from where, to what, user
    USER_LOGGED_OUT = 611103  # args: user
    # Ours, where the document has no message. Printed in the same form.
    IDENTITY_CONFLICT = 990001  # args: identity both claim
    EMPTY_UNIT_YIELDS = 990002
    HANDOVER_ROLLED_BACK = 990003  # args: milliseconds waited
    FENCED = 990004  # args: why
    STRAP_CHANGED = 990005  # args: what the strap says now
    LINES_NOT_ACTED_ON = 990006  # args: how many, first line
    FRAMES_IGNORED = 990007  # args: how many, channel, why
    NOT_REAL_TIME = 990008
    FLASH_UNREADABLE = 990009  # args: file, why
    BROKER_UNREACHABLE = 990010  # args: broker, why
    DATA_PLANE_REFUSED = 990011  # args: why
    OUT_OF_SYNC = 990016  # args: why
    IN_SYNC = 990017
    LINES_NOT_TAKEN = 990018  # args: how many, number of the first
    KEY_MISMATCH = 990012
    WEAK_PASSWORDS = 990019  # args: how many, the first
    RULES_REFUSED = 990020  # args: why
    TIMEOUT_REFUSED = 990021  # args: why
    CHANNEL_BEGUN_ANEW = 990022
    NIC_GONE = 990023  # args: interface name, its physical name
    STOOD_STILL = 990030  # args: for how many milliseconds
    NO_LEASE = 990031  # args: why
    NO_WITNESS_LEFT = 990032  # args: the witnesses
    TAKEOVER_NOT_BLOCKED = 990033
