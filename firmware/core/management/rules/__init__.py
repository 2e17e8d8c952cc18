"""What a unit filters and translates: typed facts, and the nftables script made of them."""
