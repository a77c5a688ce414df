-- KEYS  1 a group's dead letters
-- ARGV  their ids
-- gives how many there were
local gone = 0
for at = 1, #ARGV do
  gone = gone + redis.call('XDEL', KEYS[1], ARGV[at])
end
return gone
