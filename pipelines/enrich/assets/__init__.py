"""Coins, chains, exchanges, companies, protocols and people an article names, and addresses it gives. Pure."""

from pipelines.enrich.assets.known import KINDS, Asset, assets
from pipelines.enrich.assets.mentions import mentions
from pipelines.enrich.assets.naming import asset_key

__all__ = ["KINDS", "Asset", "asset_key", "assets", "mentions"]
