-- What was given to a consumer and is not acknowledged, of one stream and after an id; for a consumer that did not get an
-- answer. Entries that are gone from the stream are acknowledged and not given.
--
-- KEYS  1 the stream
-- ARGV  1 group, 2 consumer, 3 id, 4 how many at most
-- gives how many were looked at, the last id of these, and the entries
local answer = redis.pcall('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[4], 'STREAMS', KEYS[1], ARGV[3])
if answer and answer.err then
  if string.sub(answer.err, 1, 7) == 'NOGROUP' then
    return {0, ARGV[3], {}}
  end
  return redis.error_reply(answer.err)
end
if not answer then
  return {0, ARGV[3], {}}
end
local entries, present = answer[1][2], {}
local last = ARGV[3]
for _, entry in ipairs(entries) do
  last = entry[1]
  if entry[2] then
    table.insert(present, entry)
  else
    redis.call('XACK', KEYS[1], ARGV[1], entry[1])
  end
end
return {#entries, last, present}
