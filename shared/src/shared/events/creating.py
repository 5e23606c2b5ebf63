"""Topics are made by a command, with the partitions that a region is run with."""

from collections.abc import Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code


async def ensure_topics(bootstrap: str, partitions: Mapping[str, int], *, replication: int = 1) -> list[str]:
    """Make the topics that are not there, and name them; raises KafkaError when the broker refuses or is away."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        missing = sorted(set(partitions) - set(await admin.list_topics()))
        if not missing:
            return []
        new = [NewTopic(name, partitions[name], replication) for name in missing]
        answer = await admin.create_topics(new)
        for name, code, *_ in answer.topic_errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                raise for_code(code)(name)
        return missing
    finally:
        await admin.close()
