"""What the database does by itself when a hold comes, changes or goes: it counts, and it lets no end be undone.

The counts stand in `slots` under CHECK constraints, so no slot is ever over its capacity, whichever code writes.
"""

from __future__ import annotations

FUNCTION = """
CREATE FUNCTION count_holds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was boolean := TG_OP <> 'INSERT' AND OLD.state IN ('held', 'confirmed');
    is_now boolean := TG_OP <> 'DELETE' AND NEW.state IN ('held', 'confirmed');
BEGIN
    IF TG_OP = 'UPDATE' AND NOT was AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'a hold ends once: it is %', OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_holds_ends_once', TABLE = 'holds';
    END IF;
    IF was AND is_now AND OLD.slot_id = NEW.slot_id AND OLD.parcels = NEW.parcels
        AND OLD.weight_g = NEW.weight_g AND OLD.volume_cm3 = NEW.volume_cm3 THEN
        RETURN NULL;
    END IF;
    IF was THEN
        UPDATE slots SET taken_count = taken_count - 1, taken_parcels = taken_parcels - OLD.parcels,
            taken_weight_g = taken_weight_g - OLD.weight_g, taken_volume_cm3 = taken_volume_cm3 - OLD.volume_cm3
        WHERE id = OLD.slot_id;
    END IF;
    IF is_now THEN
        UPDATE slots SET taken_count = taken_count + 1, taken_parcels = taken_parcels + NEW.parcels,
            taken_weight_g = taken_weight_g + NEW.weight_g, taken_volume_cm3 = taken_volume_cm3 + NEW.volume_cm3
        WHERE id = NEW.slot_id;
    END IF;
    RETURN NULL;
END $$
"""

TRIGGER = """
CREATE TRIGGER holds_counted AFTER INSERT OR UPDATE OR DELETE ON holds
FOR EACH ROW EXECUTE FUNCTION count_holds()
"""
