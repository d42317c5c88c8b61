"""Names by which language models and their makers are known, as data for `identity_leak`."""

FAMILIES = (
    "ChatGLM", "ChatGPT", "Code Llama", "CodeGemma", "CodeLlama", "CodeQwen", "Codestral", "Command A", "Command R",
    "DBRX", "DeepSeek", "Devstral", "Doubao", "ERNIE Bot", "EXAONE", "Gemma", "GigaChat", "GitHub Copilot", "GLM-4",
    "GLM-5", "GPT", "GPT-oss", "GPT3", "GPT4", "GPT5", "Hunyuan", "HyperCLOVA", "InternLM", "Jamba", "Kimi",
    "Magistral", "Ministral", "Mixtral", "Nemotron", "OLMo", "OpenHermes", "Pixtral", "Qwen", "QwQ", "SmolLM",
    "StableLM", "StarCoder", "Vicuna", "WizardCoder", "WizardLM", "YandexGPT",
)  # fmt: skip
"""Names that mean a language model wherever they stand."""

ALSO_WORDS = (
    "Alpaca", "Baichuan", "Bard", "Claude", "Copilot", "Dolly", "ERNIE", "Falcon", "Gemini", "Granite", "Grok",
    "Guanaco", "Hermes", "Koala", "Llama", "Mercury", "MiniMax", "Mistral", "Nova", "Orca", "PaLM", "Phi", "Reka",
    "Solar", "Titan", "Zephyr",
)  # fmt: skip
"""Names of models that are also people, animals, stars or letters: they count under stricter rules."""

LABS = (
    "01.AI", "AI21", "AI21 Labs", "Aleph Alpha", "Alibaba Cloud", "Allen Institute for AI", "Anthropic", "Cohere",
    "DeepMind", "DeepSeek", "EleutherAI", "Google AI", "Google DeepMind", "Hugging Face", "HuggingFace",
    "Inflection AI", "Meta AI", "MiniMax", "Mistral AI", "Moonshot AI", "Nous Research", "OpenAI", "Perplexity AI",
    "Stability AI", "StepFun", "Tongyi Lab", "xAI", "Zhipu AI",
)  # fmt: skip
"""Makers that are known for models above all."""

COMPANIES = (
    "Alibaba", "Amazon", "Apple", "Baidu", "ByteDance", "Databricks", "Google", "IBM",  "Meta", "Microsoft",
    "Naver", "NVIDIA", "Salesforce", "Samsung", "Snowflake", "Tencent", "Yandex",
)  # fmt: skip
"""Makers that make much else too: a library by one of them says nothing."""

VERSION_WORDS = (
    "AI", "Chat", "Code", "Coder", "Experimental", "Flash", "Haiku", "Instant", "Instruct", "Large", "Lite", "Max",
    "Medium", "Mini", "Nano", "Next", "Opus", "Plus", "Preview", "Pro", "Small", "Sonnet", "Thinking", "Turbo", "Ultra",
)  # fmt: skip
"""Capitalised words after a name that belong to it, unlike the Monet of Claude Monet."""
