-- Makes a group of all four streams, and a consumer of it; what there is already stays as it is.
--
-- KEYS  1-4 the streams
-- ARGV  1 group, 2 consumer, 3 where a new group begins: 0 or $
-- gives how many of the streams had no such group
local made = 0
for p = 1, 4 do
  local answer = redis.pcall('XGROUP', 'CREATE', KEYS[p], ARGV[1], ARGV[3], 'MKSTREAM')
  if not answer.err then
    made = made + 1
  elseif string.sub(answer.err, 1, 9) ~= 'BUSYGROUP' then
    return redis.error_reply(answer.err)
  end
  redis.call('XGROUP', 'CREATECONSUMER', KEYS[p], ARGV[1], ARGV[2])
end
return made
