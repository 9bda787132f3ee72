"""Chinese words of administrative prose, and the segmentation that uses them.

jieba's own dictionary knows hardly any traditional words, and loading it takes a second.
The tokenizer here gets a small dictionary instead: the words below and the names of the
authority files. It serves one purpose: to see where a name that stands bare in a
sentence begins, so that 及 in 普及 or 由 in 自由 is not taken for a word of its own.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jieba

def word_set(text: str) -> frozenset[str]:
    """The words of a text, divided by blanks."""
    return frozenset(text.split())


def word_list(text: str) -> tuple[str, ...]:
    """The words of a text, in order."""
    return tuple(text.split())


#: verbs of administration: in front of a name they are no part of it
VERBS = word_set("""
    推動 辦理 執行 實施 施行 依據 依照 遵照 參照 參考 根據 按照 配合 訂定 修正 修訂 增訂 研訂 研修 制定 制訂
    擬訂 擬定 研擬 研提 研議 公告 發布 公布 頒布 核定 核准 核備 函頒 函報 陳報 報經 審議 審查 通過 完成 提出
    提報 提送 申請 申辦 受理 透過 運用 應用於 利用 採用 採行 沿用 納入 列入 列為 併入 結合 銜接 搭配 參與 加入
    響應 參加 協助 協同 會同 偕同 督導 督促 輔導 鼓勵 補助 獎助 委託 委辦 委請 邀請 偕 啟動 展開 開辦 開始 籌辦
    籌劃 規劃 主辦 承辦 協辦 舉辦 召開 擴大辦理 續辦 賡續 廢止 修法 納管 適用 準用 違反 遵守 遵循 符合 依循 落實
    貫徹 獲得 取得 爭取 投入 挹注 編列 動支 支應 匡列 擔任 成立 設置 設立 建立 建置 制頒 發表 推出 推展 推行
    提供 支持 支援 參酌 檢討 盤點 彙整 調查 進行 執行中 包含 包括 涵蓋 例如 如 計有 稱為 簡稱 名為 即 係 屬 屬於
    為 因應 基於 鑑於 有鑑於 按 依 經 經由 藉由 藉 以 於 在 由 對 對於 將 把 與 跟 同 向 往 至 自 帶動 引導 推進
    具 擬具 備具 辦 趕辦 審查通過 因 受 作為 研商 研商會議 掌握 考量 涉及 協助企業 面臨 確保 分析比較 善用 進而
    同意 訂有 定有 明定 明訂 引進 面對 簡化 行使 提案 預告 新增 請 函請 請求 應 須 需 可 得 擬 已 業 業已 業經 刻正 正
    正在 持續 積極 加速 加速推動 優先 逐步 逐年 陸續 分別 共同 同步 同時 先後 另 另外 並 並且 亦 也 且 而 若 倘
    則 又 後續 未來 目前 現行 刻 另編 另案 首創 首推 已有 具有 沒有 擁有 所擬 所提 所訂 提升至 優於 適合 重啟
    延續 接續 完備 公告修正 修正發布 訂定發布 有關 關於 針對 就 及其 以及 暨其 等 等相關 該 本 此 其 各 各項
    多項 每 某 所 的 之 推動辦理 推動執行 辦理推動 申報 審酌 檢送 函送 引用 援引 引據 準據 依法 憑 續 續推 整合
    連結 串聯 放寬 鬆綁 檢視 擴大 主要 重點 特別 首次 近年 今年 去年 明年 年度 下稱 以下簡稱 以下稱 下簡稱 通稱
    合稱 又稱 俗稱 版 版本 本部 本會 本署 本府 本局 本院 本行 本公司 該部 該會 該署 大院 貴院
""")

#: words in front of a verb that do not govern a name by themselves
ADVERBS = word_set("""
    刻正 正 正在 持續 積極 加速 優先 逐步 逐年 陸續 分別 共同 同步 同時 先後 另 另外 並 並且 亦 也 且 而 又 則
    後續 未來 目前 現行 刻 已 業 業已 將 應 須 需 可 得 擬 等 及其 以及 主要 重點 特別 首次 近年 今年 去年 明年
    年度
""")

#: function words that end any name in front of them (unlike 及, 與, 暨, 之, which names contain)
HARD = word_set("""
    依據 依照 根據 按照 透過 運用 藉由 藉 以 於 在 由 對於 將 把 向 至 自 請 應 須 需 可 得 擬 已 業 業已 業經
    刻正 正在 並 並且 亦 也 且 而 若 倘 則 又 經 經由 依 按 的 等 該 本 此 其 為 係 即 如 例如 包括 包含 涵蓋
    因應 鑑於 有鑑於 基於 刻 目前 未來 後續 另 另外 另編 下稱 以下簡稱 以下稱 簡稱 下簡稱 通稱 合稱 又稱 俗稱 版
    本部 本會 本署 本府 本局 本院 本行 本公司 該部 該會 該署 大院 貴院 子計畫
    因 受 作為 持續 陸續 分別 共同 同步 同時 執行中 其中 此外 最大 最新 所 各 各項 多項 每 參酌 配合 結合
""")

#: words that may stand inside a name but join two names where the left one is complete
JOINTS = word_set("及 與 和 或 暨 以及 、 ／ / 跟")

#: words that hold a function character and are no joint
COMPOUNDS = """
收支保管及運用 保管及運用 管理及運用 管理運用
普及 涉及 觸及 遍及 及時 及早 參與式 與會 賦與 與時俱進 以上 以下 以內 以外 以前 以後 以來 以往 可以 得以 所以 難以
足以 予以 加以 用以 藉以 以利 以期 以人為本 以房養老 具體 工具 器具 玩具 家具 機具 模具 文具 道具 用具 農機具 工具機
載具 具有 因素 基因 原因 因此 因子 誘因 肇因 因地制宜 接受 受益 受託 承受 受惠 受訓 受災 受僱 感受 享受 受試者 版權
出版 版圖 主辦 承辦 辦公 辦公室 辦法 開辦 委辦 合辦 續辦 籌辦 創辦 對於 關於 由於 位於 屬於 低於 高於 大於 小於 優於
不於 便於 利於 基於 鑑於 至於 終於 於是 自由 自主 自動 自動化 自然 自願 自行 自治 自律 自立 自來水 自造 自力 各自
來自 自我 親自 自主化 自主權 自主性 對外 對內 對策 對象 針對 相對 面對 應對 絕對 配對 對等 對話 對接 對照 校對 反對
一對一 在地 在地化 在宅 在職 在校 在家 所在 現在 存在 潛在 內在 外在 正在 線上 在學 在臺 為主 行為 作為 成為 人為
更為 較為 極為 為期 為止 認為 以為 和平 調和 飽和 中和 碳中和 共和 溫和 和諧 祥和 目的 標的 別的 本土 本土化 本國
本島 成本 資本 基本 根本 版本 日本 樣本 原本 讀本 本益比 本質 文本 各國 各界 各類 各級 各地 各縣市 各部會 各機關
其他 其中 其它 極其 尤其 應用 應變 應急 供應 供應鏈 供應商 響應 適應 效應 反應 回應 感應 對應 因應 相應 應收 應援
應徵 將來 即將 將近 並行 合併 並聯 併聯 並列 並重 並用 有機 所有 有效 有限 國有 公有 私有 既有 專有 有價 有線 所得
所得稅 研究所 事務所 交易所 場所 派出所 處所 廁所 住所 診所 之間 之後 之前 是否 等級 中等 高等 平等 均等 初等 同等
次等 優等 等待 等值 等化 高等教育 上等 可靠 可靠度 可近性 許可 認可 可行性 可信任 可及性 可再生 可見 可能 可望 已知
業務 業者 業界 產業 產業化 產業園區 行業 企業 事業 工業 商業 農業 林業 漁業 畜牧業 礦業 就業 創業 職業 營業 服務業
製造業 專業 作業 畢業 開業 物業 副業 同業 異業 旅宿業 營造業 餐飲業 批發業 零售業 物流業 運輸業 電信業 金融業 保險業
證券業 傳播業 出版業 經濟 經費 經營 經驗 經貿 財經 曾經 已經 神經 經理 經典 經紀 依賴 依法 依存 請求 申請 邀請 聘請
申請案 按摩 需求 需要 必需 所需 急需 需量 需量反應 軍需 內需 必須 得獎 得標 取得 獲得 心得 難得 同時 共同 合同 協同
相同 如何 例如 譬如 假如 即時 立即 隨即 亦即 關係 聯係 體系 金屬 附屬 所屬 專屬 家屬 非屬 屬性 自有 至少 甚至 乃至
以至 冬至 截至 迄至 自從 向量 方向 導向 取向 趨向 向上 向陽 面向 志向 外向 意向 雙向 轉向 另類 此外 彼此 該等 應該
每年 每日 每月 每季 而且 然而 反而 從而 進而 而是 若干 倘若 又稱 則為 準則 規則 通則 原則 細則 法則 否則 守則 把關
把握 經由 由上而下 跟進 追跟 正確 正式 正義 正向 公正 矯正 修正 改正 校正 更正 導正 正體 正職 且戰 刻畫 深刻 時刻
立刻 石刻 篆刻 雕刻 臺灣 臺北 新北 臺中 臺南 高雄 桃園 新竹 基隆 嘉義 苗栗 彰化 南投 雲林 屏東 宜蘭 花蓮 臺東 澎湖
金門 連江 馬祖 竹科 中科 南科 沙崙 計畫 方案 綱領 專案 策略 政策 行動 措施 中長程 長程 中程 綱要 架構 藍圖 發展 研發
研究 技術 科技 創新 產品 人才 培育 培訓 訓練 教育 學校 大學 高中 國中 國小 幼兒園 社會 安全 健康 醫療 照護 長期照顧
照顧 福利 衛生 防疫 疫苗 藥品 食品 能源 電力 電網 風電 光電 太陽光電 離岸風電 地熱 氫能 儲能 節能 節電 減碳 淨零
淨零排放 溫室氣體 氣候 氣候變遷 調適 環境 生態 污染 防治 空氣 水質 水資源 廢棄物 循環經濟 資源 回收 森林 海洋 漁港
農村 農地 農田 水利 灌溉 防災 防洪 治水 治理 河川 海岸 地下水 地層下陷 土石流 國土 都市 都市更新 住宅 社會住宅 交通
運輸 公路 鐵路 捷運 軌道 港口 機場 航空 道路 停車 電動車 電動 車輛 大客車 公共運輸 資訊 資安 資通安全 通訊 網路 寬頻
數位 數位轉型 人工智慧 大數據 雲端 軟體 硬體 晶片 半導體 量子 衛星 太空 無人機 機器人 機械 自動駕駛 物聯網 智慧
智慧城市 智慧製造 基礎建設 前瞻基礎建設 建設 工程 園區 科學園區 示範 試辦 試點 驗證 檢測 認證 標章 標準 規範 指引
基準 補助 獎勵 輔導 優化 升級 轉型 強化 提升 促進 加強 深化 精進 擴大 改善 更新 改建 增建 新建 擴建 興建 整建 活化
再造 復育 保育 保護 管理 管制 管考 監測 監控 監督 預警 救災 救護 治安 犯罪 毒品 詐騙 詐欺 打詐 反毒 國防 國防科技
軍民 軍用 商規 外交 僑務 兩岸 原住民族 客家 新住民 移民 移工 勞工 勞動 薪資 職場 青年 婦女 性別 兒童 少年 高齡
高齡者 老人 身心障礙 弱勢 偏鄉 離島 地方 地方創生 社區 文化 藝術 觀光 運動 體育 影視 音樂 設計 品牌 行銷 展覽 會展
貿易 外銷 出口 投資 金融 融資 貸款 保證 保險 證券 基金 稅務 財政 預算 中小企業 中小微企業 新創 新創企業 創投 店家
商圈 市集 夜市 攤販 供水 供電 停電 用水 用電 節水 漏水 管線 管網 水庫 清淤 調度 海水淡化 再生水 淨水場 儲槽 接收站
天然氣 電廠 機組 燃氣 燃煤 發電 輸變電 配電 電價 電業 核能 除役 核廢料 輻射
"""

#: words that say nothing by themselves: a name made of these alone is none (研發計畫, 相關工作計畫)
GENERIC = word_set("""
    計畫 方案 專案 綱領 策略 行動 措施 政策 相關 有關 具體 整體 總體 主要 重要 重點 重大 特定 特別 專門 專題
    研究 研發 發展 推動 工作 執行 實施 實踐 操作 作業 業務 施政 年度 中程 長程 短期 中期 長期 中長程 中長期 先期
    前期 後期 初步 細部 分項 分年 分期 子 主 母 次 大型 小型 中小型 跨域 整合 整合型 個別 個案 型 類 式 性 新 舊
    原 前 後 該項 此項 本項 兩項 三項 各項 多項 單一 其他 其它 不同 各類 多元 最佳 完整 合適 適當 可行 替代 備用
    配套 因應 應變 緊急 改善 精進 優化 提升 強化 輔導 補助 獎勵 獎補助 獎助 投資 增資 融資 貸款 優惠 合作 產學
    產學合作 技術 科技 創新 創業 產業 產品 市場 行銷 業者 企業 廠商 公司 商業 營運 經營 管理 服務 人才 人力 培訓
    培育 訓練 教育 教學 學術 課程 實習 建設 建置 興建 工程 開發 採購 設備 維護 營造 試辦 試點 示範 驗證 測試
    檢測 規劃 設計 評估 評選 審查 審議 稽核 查核 考核 管考 追蹤 監測 調查 統計 宣導 推廣 宣傳 國際 國家 國內
    國外 全國 地方 中央 政府 部會 機關 單位 民間 社會 社區 基礎 公共 安全 環境 永續 數位 轉型 升級 減碳 節能
    淨零 智慧 應用 解決 資源 資訊 系統 平臺 共同 聯合 自主 自行 自願 補充 修正 完成 項目 綱要 內容 目標 預算
    經費 合併 照顧 照護 復健 治療 保育 復育 治理 保護 防護 防災 救災 除役 轉播 種類 未來 近期 現行 既有 新興
    創投 商業化 事業 事業化 方法 需求 供應 保證 價格 電價 獎勵性 旗艦 子計畫 次世代 工作項 實證 場域 試驗 模擬
    專利 智財 申請 募資 招商 財務 股權 績效 風險 品質 一般 公司治理 運作 回饋 分配 分級 銷售 授權 推廣型 推動型
    應收 捐助 投保 導入 參與
""")

_FREQUENCY = 100
_NAME_FREQUENCY = 1000


@functools.cache
def _base_words() -> frozenset[str]:
    return frozenset(VERBS | HARD | GENERIC | frozenset(COMPOUNDS.split()))


def tokenizer(names: Iterable[str]) -> jieba.Tokenizer:
    """A jieba tokenizer whose dictionary is the words of this module and these names."""
    # where it is compiled first, its source warns of escape sequences (and stops what treats warnings as errors)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

    cutter = jieba.Tokenizer()
    frequency: dict[str, int] = {}
    for words, weight in ((_base_words(), _FREQUENCY), (names, _NAME_FREQUENCY)):
        for word in words:
            frequency[word] = weight * len(word)
            for n in range(1, len(word)):
                frequency.setdefault(word[:n], 0)
    cutter.FREQ = frequency
    cutter.total = sum(frequency.values())
    # the dictionary is complete: jieba must not load its own
    cutter.initialized = True
    return cutter
