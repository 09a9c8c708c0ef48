"""Run the notifier: `python -m services.notifier`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.notifier.audiences import Audiences
from services.notifier.channels.webhook import Webhooks
from services.notifier.handler import SendDigest
from services.notifier.sending.ses import SesPost
from services.notifier.settings import NotifierSettings
from shared.aws import clients
from shared.currency import Display
from shared.service import World, main


@asynccontextmanager
async def build(world: World, settings: NotifierSettings) -> AsyncIterator[SendDigest]:
    """Put the worker together."""
    config = world.config
    async with clients("ses") as (ses,):
        post = SesPost(ses, settings.configuration_set)
        yield SendDigest(
            world.archive,
            post,
            world.bell,
            Audiences(
                config.digest,
                config.executives,
                config.roster,
                config.chat,
                Webhooks.of(config.chat),
            ),
            config.cost_metric,
            Display.of(config.currency, settings.config),
        )


if __name__ == "__main__":
    main("notifier", NotifierSettings, build)
