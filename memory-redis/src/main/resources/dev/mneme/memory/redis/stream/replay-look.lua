-- What a session holds after an event, or all of it if that event is not of its incarnation, or not followed without a gap.
-- A session begins with the first look.
--
-- KEYS  1 the head of the session, 2 its window
-- ARGV  1-5 as above, 6 incarnation and 7 number of the event, or * as the incarnation for nothing of it
-- gives incarnation, the number in the window before its first event, the last number, the first that is held (one more
--       than the last if none is), bytes, and the entries
local trimmed = trim(0)
if trimmed or changed then
  keep()
end
renew()
local oldest = first()
local from, held = '-', oldest and number(oldest[1]) or last + 1
if ARGV[6] == incarnation and tonumber(ARGV[7]) + base <= last then
  from = whole(tonumber(ARGV[7]) + base + 1) .. '-0'
end
local entries = ARGV[6] == '*' and {} or redis.call('XRANGE', KEYS[2], from, '+')
return {incarnation, base, last - base, held - base, bytes, entries}
