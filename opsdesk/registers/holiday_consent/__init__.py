"""节假日休息同意: the end user's consent that a vendor's people rest on holidays (T1-ATT-02)."""
