"""How the files of the sample come by a manager: every spelling the rules of the plan have to see through."""

from __future__ import annotations

from dataclasses import dataclass

_CORE = "netra_backend.app.websocket_core"
_FACTORY = f"{_CORE}.websocket_manager_factory"
_CANONICAL = f"{_CORE}.websocket_manager"
_UNIFIED = f"{_CORE}.unified_manager"

Names = tuple[tuple[str, str], ...]
"""(module, name to import from it), the name marked where it is a site."""

_LEGACY = "⟦import|create_websocket_manager⟧"
_DRIFTED = "⟦path|UnifiedWebSocketManager⟧"


@dataclass(frozen=True, slots=True)
class Style:
    """One spelling.

    `call` makes a manager, with `{arguments}` where it takes any; `names` and `lines` are the imports it
    needs. `annotation` spells the class: imported by `typed_names` (which holds `names` as well), or
    under `if TYPE_CHECKING` where `guarded`.
    """

    call: str
    names: Names = ()
    lines: tuple[str, ...] = ()
    annotation: str = "WebSocketManager"
    typed_names: Names = ()
    guarded: bool = False


def _function(module: str, name: str, call: str = "") -> Style:
    names = ((module, name),)
    return Style(f"{call or name}({{arguments}})", names, typed_names=(*names, (_CANONICAL, "WebSocketManager")))


def _class(module: str, name: str, spelled: str = "") -> Style:
    names = ((module, name),)
    return Style(f"⟦direct|{spelled or name}()⟧", names, annotation=spelled or name, typed_names=names)


STYLES = {
    "legacy": _function(_FACTORY, _LEGACY),
    "legacy-alias": _function(_FACTORY, f"{_LEGACY} as make_manager", "make_manager"),
    "legacy-package": _function(_CORE, _LEGACY),
    "legacy-relative": _function("..websocket_core.websocket_manager_factory", _LEGACY),
    "legacy-module": _function(
        _CORE,
        "websocket_manager_factory",
        "⟦import|websocket_manager_factory.create_websocket_manager⟧",
    ),
    "legacy-dotted": Style(
        "⟦import|factory.create_websocket_manager⟧({arguments})",
        lines=(f"import {_FACTORY} as factory",),
        typed_names=((_CANONICAL, "WebSocketManager"),),
    ),
    "legacy-drifted-type": Style(
        f"{_LEGACY}({{arguments}})",
        ((_FACTORY, _LEGACY),),
        annotation=_DRIFTED,
        guarded=True,
    ),
    "canonical": _function(_CANONICAL, "get_websocket_manager"),
    "direct": _class(_CANONICAL, "WebSocketManager"),
    "direct-alias": _class(_CANONICAL, "WebSocketManager as Manager", "Manager"),
    "direct-package": _class(_CORE, "WebSocketManager"),
    "direct-module": _class(_CORE, "websocket_manager", "websocket_manager.WebSocketManager"),
    "drifted": _class(_UNIFIED, _DRIFTED),
    "drifted-alias": _class(_UNIFIED, f"{_DRIFTED} as WebSocketManager", "WebSocketManager"),
    "drifted-package": _class(_CORE, _DRIFTED),
}

PATCH_TARGET = f'⟦import|"{_FACTORY}.create_websocket_manager"⟧'
