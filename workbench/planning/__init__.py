"""From a plan file to a frozen plan: read, check, prioritise, batch. Pure: trees and graphs come in as values."""
