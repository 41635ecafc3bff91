"""Train a small model with TRL straight from the stream: no row is written to disk first.

    pip install trl
    python examples/train_with_trl.py --sample --steps 3
    python examples/train_with_trl.py rating_prediction --method grpo --sample --steps 3

Each method reads the format that is made for it (`METHODS`). The model is tiny and starts at random, so
that the script runs anywhere in a minute: put the name of a real one into `model` and `tokenizer`, and
drop `--sample`, for a run that means something.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from datasets import load_dataset

import itdr  # noqa: F401  (teaches load_dataset the name "itdr")

CHAT = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
PROMPTED = ("prompt", "completion", "chosen", "rejected")
"""Columns of plain text that a chat model wants as conversations."""


@dataclass(frozen=True)
class Method:
    """A way of training.

    format: of the rows it reads.   columns: those of its texts; None keeps all, which rewards need.
    chat: whether texts are put into conversations, as a chat model wants them.   trainer, config:
    names of the classes in TRL.   options: of the config, beside the common ones.
    """

    format: str
    columns: tuple[str, ...] | None
    chat: bool
    trainer: str
    config: str
    options: dict[str, Any]


METHODS = {
    "sft": Method("messages", ("messages",), False, "SFTTrainer", "SFTConfig", {"max_length": 512}),
    "sft-text": Method("text", ("text",), False, "SFTTrainer", "SFTConfig", {"max_length": 512}),
    "sft-answers": Method(
        "prompt-completion",
        ("prompt", "completion"),
        True,
        "SFTTrainer",
        "SFTConfig",
        {"max_length": 512, "completion_only_loss": True},
    ),
    "dpo": Method(
        "preference",
        ("prompt", "chosen", "rejected"),
        True,
        "DPOTrainer",
        "DPOConfig",
        {"max_length": 512},
    ),
    "kto": Method(
        "kto",
        ("prompt", "completion", "label"),
        True,
        "KTOTrainer",
        "KTOConfig",
        {"max_length": 512},
    ),
    "grpo": Method(
        "prompt",
        None,
        True,
        "GRPOTrainer",
        "GRPOConfig",
        {"num_generations": 2, "max_completion_length": 16, "remove_unused_columns": False},
    ),
}


def rows(config: str, method: Method, **options: Any) -> Any:
    """The train split in the method's format, shuffled, with the columns that the trainer reads."""
    stream = load_dataset(
        "itdr", config, split="train", streaming=True, format=method.format, **options
    )
    stream = stream.shuffle(seed=0, buffer_size=1000)
    if method.columns is not None:
        stream = stream.select_columns(list(method.columns))
    return stream.map(as_chat) if method.chat else stream


def as_chat(row: dict[str, Any]) -> dict[str, Any]:
    """Plain texts as conversations: the prompt is the user's, answers are the assistant's."""
    return {
        name: [{"role": "user" if name == "prompt" else "assistant", "content": row[name]}]
        for name in PROMPTED
        if name in row
    }


def tiny_tokenizer(texts: list[str]) -> Any:
    """Byte pairs learned from a few rows."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    special = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=800, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<|pad|>", eos_token="<|end|>"
    )
    tokenizer.chat_template = CHAT
    return tokenizer


def tiny_model(tokenizer: Any) -> Any:
    """Two layers of 32 numbers, at random."""
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=2048,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return LlamaForCausalLM(shape)


def words_of(value: Any) -> list[str]:
    """Every text in a row's columns."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in words_of(one)]
    return [text for one in value for text in words_of(one)] if isinstance(value, list) else []


def train(
    config: str, steps: int, out: str, method: str = "sft", **options: Any
) -> list[dict[str, float]]:
    """Some steps of training; what the trainer logs of each, the loss among it."""
    import trl

    chosen = METHODS[method]
    stream = rows(config, chosen, **options)
    tokenizer = tiny_tokenizer([text for row in stream.take(50) for text in words_of(row)])
    settings = getattr(trl, chosen.config)(
        output_dir=out,
        max_steps=steps,  # a stream has no length: say how far to go
        per_device_train_batch_size=2,
        logging_steps=1,
        learning_rate=1e-2,
        use_cpu=True,
        bf16=False,
        save_strategy="no",
        report_to="none",
        dataloader_num_workers=0,
        **chosen.options,
    )
    model = tiny_model(tokenizer)
    given: dict[str, Any] = {"args": settings, "processing_class": tokenizer}
    if method == "grpo":
        given["reward_funcs"] = rewards()
    if method in ("dpo", "kto"):
        given["ref_model"] = copy.deepcopy(model)  # of a model with a name TRL loads it itself
    trainer = getattr(trl, chosen.trainer)(model=model, train_dataset=stream, **given)
    trainer.train()
    return [entry for entry in trainer.state.log_history if "loss" in entry]


def rewards() -> list[Callable[..., Any]]:
    """The score of the row's subtask, and whether an answer can be read at all."""
    from itdr import rewards as of_itdr

    return [of_itdr.score, of_itdr.readable]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", nargs="?", default="sequential_rec")
    parser.add_argument("--method", choices=METHODS, default="sft")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--out", default="out/trl")
    parser.add_argument("--sample", action="store_true", help="the bundled sample: no download")
    given = parser.parse_args()
    log = train(given.config, given.steps, given.out, given.method, sample=given.sample)
    print("loss:", ", ".join(f"{entry['loss']:.3f}" for entry in log))


if __name__ == "__main__":
    main()
