"""The errors of this package: one root, each with a stable code, a sentence and advice for a person.

::

    LineageError
    ├── IdentifierError   a text that is not the identifier it claims to be; knows the character
    └── EventError        an event or document that breaks a rule; knows the JSON pointer or line

A code is kebab-case and never changes its meaning; the sentence may be reworded at any time.
Malformed input surfaces as one of these and as nothing else.
"""

from __future__ import annotations

from typing import Any

GENERAL_ZH: dict[str, str] = {
    "belongs-in-path": "该标识符是主键的限定符，应写在路径中",
    "bracket-expected": "此处应为带括号的应用标识符",
    "bracket-open": "括号没有闭合",
    "company-prefix-length": "厂商识别代码的长度不正确",
    "company-prefix-table": "厂商识别代码表的条目不正确",
    "dictionary-empty": "文件中没有应用标识符条目",
    "dictionary-entry": "应用标识符条目无法读取",
    "empty": "内容为空",
    "epc-pattern": "EPC 模式格式不正确",
    "epc-scheme": "不是已知的 EPC 方案",
    "epc-uri": "EPC URI 格式不正确",
    "key-too-short": "密钥过短",
    "no-elements": "其中没有应用标识符",
    "no-primary-key": "其中没有 GS1 主键",
    "not-an-attribute": "该应用标识符不得出现在查询部分",
    "not-compressed": "不是压缩的 GS1 数字链接",
    "parameter-name": "查询参数名称不正确",
    "qualifier-order": "限定符不适用于该主键，或顺序不正确",
    "scan-character": "扫描数据中有不允许的字符",
    "scheme-format": "格式与该编码方案不符",
    "scheme-table": "编码方案表的条目不正确",
    "symbol-capacity": "该条码不能承载这些内容",
    "symbol-length": "条码数据的长度不正确",
    "symbology": "不支持的条码类型",
    "tag": "标签数据无法解读",
    "tag-capacity": "标签容量不足，无法写入该值",
    "tag-filter": "标签的过滤值不正确",
    "tag-hex": "标签数据必须是十六进制数字",
    "tag-length": "标签数据的长度不正确",
    "tag-scheme": "该标识没有对应的标签编码",
    "tag-text": "标签中的文本无法解读",
    "tag-value": "该值不能写入标签",
    "too-long": "内容过长",
    "too-many-elements": "应用标识符过多",
    "unknown-ai": "不是 GS1 应用标识符",
    "uri-authority": "链接的主机部分不正确",
    "uri-character": "链接中有不允许的字符",
    "uri-domain": "链接的域名不正确",
    "uri-scheme": "链接必须以 http 或 https 开头",
    "value-null": "值中含有空字符",
}
"""What a code says in general, for errors that are raised without a Chinese sentence of their own."""


class LineageError(Exception):
    """Anything this package refuses.

    :param code: stable name of the rule that was broken, e.g. ``check-digit``
    :param message: one sentence in English that says what is wrong with which part
    :param hint: what a person can do about it; may be empty
    :param message_zh: the same sentence in Chinese; without one, what the code says in general
    """

    def __init__(self, code: str, message: str, *, hint: str = "", message_zh: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.message_zh = message_zh or GENERAL_ZH.get(code, "")

    def as_dict(self) -> dict[str, Any]:
        """Give the error as it stands in JSON answers; empty members are left out."""
        members = {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "message_zh": self.message_zh,
        }
        return {name: value for name, value in members.items() if value}


class IdentifierError(LineageError):
    """A text that is not the identifier it claims to be.

    :param position: index of the first character at fault in the text as given, from 0, where one can be
        named
    :param candidates: schemes that a text without scheme could belong to
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        position: int | None = None,
        hint: str = "",
        message_zh: str = "",
        candidates: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code, message, hint=hint, message_zh=message_zh)
        self.position = position
        self.candidates = candidates

    def as_dict(self) -> dict[str, Any]:
        """Add the position, and the candidate schemes of an ambiguous text."""
        members = super().as_dict()
        if self.position is not None:
            members["position"] = self.position
        if self.candidates:
            members["candidates"] = list(self.candidates)
        return members

    def moved(self, offset: int) -> IdentifierError:
        """Give the same error for a text whose part that was read starts ``offset`` characters later."""
        if self.position is not None:
            self.position += offset
        return self


class EventError(LineageError):
    """An event or a document that breaks a rule.

    :param pointer: RFC 6901 JSON pointer to the member at fault, in JSON documents
    :param line: line of the source, from 1, in XML documents and line-wise files
    """

    def __init__(
        self, code: str, message: str, *, pointer: str | None = None, line: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(code, message, hint=hint)
        self.pointer = pointer
        self.line = line

    def as_dict(self) -> dict[str, Any]:
        """Add the pointer or the line."""
        members = super().as_dict()
        if self.pointer is not None:
            members["pointer"] = self.pointer
        if self.line is not None:
            members["line"] = self.line
        return members
