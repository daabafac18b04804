"""The people and places of the four worlds: made-up organisations in the real geography of Shanxi.

Names, numbers and addresses belong to nobody. Licences are dated so that they hold during the stories,
except where a story is about one that does not.
"""

from dataclasses import dataclass
from datetime import date

from firmware_sim import numbers
from firmware_sim.worlds.places import Licence, MasterData, Party, Product, Site

FROM, TO = date(2024, 1, 1), date(2029, 12, 31)
"""Validity of ordinary licences."""

TAIYUAN, QINGXU, JINZHONG = "140105", "140121", "140702"
QINXIAN, CHANGZHI, DATONG = "140430", "140403", "140213"


@dataclass(frozen=True, slots=True)
class FoodPeople:
    """Who the food story is about."""

    farms: list[Site]
    dairy: Site
    depot: Site
    kitchen: Site
    shops: list[Site]


@dataclass(frozen=True, slots=True)
class DrugPeople:
    """Who the drug story is about."""

    maker: Site
    depot: Site
    centre: Site
    clinics: list[Site]


@dataclass(frozen=True, slots=True)
class CylinderPeople:
    """Who the cylinder story is about."""

    maker: Site
    inspector: Site
    gas_works: Site
    filler: Site
    users: list[Site]


@dataclass(frozen=True, slots=True)
class MilletPeople:
    """Who the millet story is about."""

    farm: Site
    plots: list[Site]
    inputs: Site
    mill: Site
    market: Site
    shops: list[Site]


class _Registry:
    """Hands out numbers that no other organisation of these worlds has.

    :param block: thousands of the running number: one block per world
    """

    def __init__(self, master: MasterData, block: int) -> None:
        self._master = master
        self._number = block * 100

    def party(
        self, kind: str, region: str, name: str, name_en: str, *roles: str, prefix: str = "", phone: str = ""
    ) -> Party:
        self._number += 1
        gln = numbers.gln(prefix, 1) if prefix else ""
        code = numbers.uscc(kind, region, self._number)
        party = Party(code, name, name_en, roles, region, gln, prefix, phone or f"0351-555{self._number:04d}")
        self._master.parties.append(party)
        return party

    def site(
        self,
        operator: Party,
        name: str,
        name_en: str,
        address: str,
        city: str,
        latitude: float,
        longitude: float,
    ) -> Site:
        self._number += 1
        gln = numbers.gln(operator.prefix or "69990100", 100 + self._number)
        site = Site(gln, name, name_en, operator, address, city, latitude, longitude)
        self._master.sites.append(site)
        return site

    def licence(
        self,
        kind: str,
        number: str,
        site: Site,
        authority: str,
        scope: str = "",
        product: Product | None = None,
        until: date = TO,
    ) -> None:
        self._master.licences.append(
            Licence(kind, number, site.operator, FROM, until, authority, site, product, scope)
        )


def food(
    master: MasterData, milk: str, pasteurised: str, yoghurt: str, cake: str, culture: str
) -> FoodPeople:
    """Fill in the food world's parties, sites, products and licences."""
    new = _Registry(master, 1)
    farms = []
    for name, name_en, where, prefix, latitude in (
        (
            "清徐县柳杜乡兴旺奶牛养殖专业合作社",
            "Xingwang Dairy Cooperative",
            "柳杜乡东南社村",
            "69990102",
            37.56,
        ),
        (
            "清徐县集义乡汾东奶牛养殖专业合作社",
            "Fendong Dairy Cooperative",
            "集义乡大寨村",
            "69990104",
            37.61,
        ),
        ("晋中市榆次区潇河牧场专业合作社", "Xiaohe Pasture Cooperative", "东阳镇庞志村", "69990105", 37.62),
    ):
        farm = new.party("93", QINGXU, name, name_en, "farm", prefix=prefix)
        farms.append(
            new.site(
                farm,
                name.replace("专业合作社", "牧场"),
                name_en,
                f"山西省太原市清徐县{where}",
                "太原市",
                latitude,
                112.36,
            )
        )
    maker = new.party(
        "91",
        QINGXU,
        "山西晋源牧歌乳业有限公司",
        "Jinyuan Muge Dairy",
        "producer",
        "packer",
        prefix="69990101",
    )
    dairy = new.site(
        maker,
        "晋源牧歌乳业清徐工厂",
        "Qingxu plant",
        "山西省太原市清徐县经济开发区文源路18号",
        "太原市",
        37.60,
        112.35,
    )
    trader = new.party(
        "91",
        TAIYUAN,
        "太原汾水冷链物流有限公司",
        "Fenshui Cold Chain",
        "distributor",
        "carrier",
        prefix="69990106",
    )
    depot = new.site(
        trader,
        "汾水冷链小店仓",
        "Xiaodian cold store",
        "山西省太原市小店区龙城大街99号",
        "太原市",
        37.72,
        112.57,
    )
    baker = new.party(
        "91",
        TAIYUAN,
        "太原市杏花岭区麦香中央厨房有限公司",
        "Maixiang Central Kitchen",
        "producer",
        prefix="69990103",
    )
    kitchen = new.site(
        baker, "麦香中央厨房", "Central kitchen", "山西省太原市杏花岭区胜利街210号", "太原市", 37.88, 112.56
    )
    shops = []
    for name, name_en, where, region in (
        ("太原市小店区亲贤惠民超市", "Qinxian Huimin Supermarket", "太原市小店区亲贤北街79号", TAIYUAN),
        ("晋中市榆次区唐久便民店", "Yuci Convenience Store", "晋中市榆次区迎宾街31号", JINZHONG),
        ("太原市迎泽区柳巷鲜奶屋", "Liuxiang Fresh Milk", "太原市迎泽区柳巷南路12号", TAIYUAN),
    ):
        keeper = new.party("92", region, name, name_en, "retailer")
        shops.append(new.site(keeper, name, name_en, f"山西省{where}", where[:3], 37.80, 112.56))
        new.licence(
            "food_business",
            numbers.trade_licence(region, len(shops)),
            shops[-1],
            "太原市市场监督管理局",
            "预包装食品销售（含冷藏冷冻食品）",
        )
    products = (
        Product(milk, "生鲜乳", "Raw milk", "agri_livestock", farms[0].operator, "散装"),
        Product(culture, "发酵菌种", "Yoghurt culture", "food", maker, "1kg"),
        Product(
            pasteurised, "巴氏杀菌乳（半成品）", "Pasteurised milk", "food", maker, "散装", 2, (0.0, 4.0)
        ),
        Product(yoghurt, "牧歌原味酸奶", "Muge plain yoghurt", "food", maker, "200g/杯", 21, (2.0, 6.0)),
        Product(cake, "酸奶蛋糕", "Yoghurt cake", "food", baker, "500g", 5, (0.0, 8.0)),
    )
    master.products += products
    new.licence(
        "food_production", numbers.food_licence("105", QINGXU, 12), dairy, "太原市市场监督管理局", "乳制品"
    )
    new.licence(
        "food_production", numbers.food_licence("124", TAIYUAN, 31), kitchen, "太原市市场监督管理局", "糕点"
    )
    new.licence(
        "food_business",
        numbers.trade_licence(TAIYUAN, 88),
        depot,
        "太原市市场监督管理局",
        "预包装食品批发（含冷藏冷冻食品）",
    )
    return FoodPeople(farms, dairy, depot, kitchen, shops)


def drug(master: MasterData, antigen: str, levels: tuple[str, str, str]) -> DrugPeople:
    """Fill in the drug world's parties, sites, products and licences.

    :param antigen: GTIN of the bulk that vaccine is filled from
    :param levels: identification codes of the small, middle and large package
    """
    new = _Registry(master, 2)
    holder = new.party(
        "91",
        TAIYUAN,
        "山西并州生物制品有限公司",
        "Bingzhou Biologicals",
        "producer",
        "packer",
        prefix="69990201",
    )
    maker = new.site(
        holder,
        "并州生物制品综改区厂",
        "Zonggai plant",
        "山西省太原市综改示范区科技街15号",
        "太原市",
        37.74,
        112.60,
    )
    trader = new.party(
        "91",
        TAIYUAN,
        "山西康达医药冷链配送有限公司",
        "Kangda Pharma Logistics",
        "distributor",
        prefix="69990202",
    )
    depot = new.site(
        trader,
        "康达医药冷库",
        "Kangda cold store",
        "山西省晋中市榆次区工业园区中兴路6号",
        "晋中市",
        37.69,
        112.72,
    )
    authority = new.party("12", CHANGZHI, "长治市疾病预防控制中心", "Changzhi CDC", "hospital", "user")
    centre = new.site(
        authority,
        "长治市疾控中心疫苗冷库",
        "CDC vaccine store",
        "山西省长治市潞州区城北东街58号",
        "长治市",
        36.20,
        113.12,
    )
    clinics = []
    for name, name_en, where in (
        ("长治市潞州区英雄中路社区卫生服务中心", "Yingxiong Community Health Centre", "英雄中路103号"),
        ("长治市潞州区太行东街社区卫生服务中心", "Taihang Community Health Centre", "太行东街22号"),
    ):
        clinic = new.party("12", CHANGZHI, name, name_en, "hospital")
        clinics.append(
            new.site(
                clinic, f"{name}接种门诊", name_en, f"山西省长治市潞州区{where}", "长治市", 36.19, 113.11
            )
        )
        new.licence(
            "medical_institution",
            f"PDY{CHANGZHI}{len(clinics):04d}",
            clinics[-1],
            "长治市卫生健康委员会",
            "预防接种",
        )
    master.products.append(
        Product(antigen, "流感病毒疫苗原液", "Influenza vaccine bulk", "vaccine", holder, "散装")
    )
    for level, spec in zip(levels, ("0.5ml/支", "10支/盒", "5盒/箱"), strict=True):
        product = Product(
            f"drug_code:{level}",
            "四价流感病毒裂解疫苗",
            "Quadrivalent influenza vaccine",
            "vaccine",
            holder,
            spec,
            365,
            (2.0, 8.0),
            "国药准字S20260001",
        )
        master.products.append(product)
    new.licence("drug_production", "晋20240001", maker, "山西省药品监督管理局", "预防用生物制品")
    new.licence("gmp", "SX20240001", maker, "山西省药品监督管理局", "预防用生物制品")
    new.licence("drug_business", "晋AA3510001", depot, "山西省药品监督管理局", "疫苗冷链储运")
    return DrugPeople(maker, depot, centre, clinics)


def cylinder(master: MasterData, catalogue: str, gas: str) -> CylinderPeople:
    """Fill in the cylinder world's parties, sites, products and licences."""
    new = _Registry(master, 3)
    works = new.party(
        "91",
        DATONG,
        "大同云冈高压容器制造有限公司",
        "Yungang High Pressure Vessels",
        "producer",
        prefix="69990301",
    )
    maker = new.site(
        works, "云冈高压容器厂", "Vessel works", "山西省大同市云冈区口泉路66号", "大同市", 40.03, 113.12
    )
    body = new.party(
        "12", TAIYUAN, "山西省特种设备检验检测研究院", "Shanxi Special Equipment Inspection", "inspector"
    )
    inspector = new.site(
        body,
        "特检院气瓶检验站",
        "Cylinder inspection station",
        "山西省太原市小店区坞城路27号",
        "太原市",
        37.80,
        112.58,
    )
    producer = new.party(
        "91", TAIYUAN, "太原钢城气体有限公司", "Gangcheng Gases", "producer", prefix="69990302"
    )
    gas_works = new.site(
        producer, "钢城气体制氧车间", "Oxygen plant", "山西省太原市尖草坪区新店街8号", "太原市", 37.94, 112.53
    )
    station = new.party(
        "91",
        TAIYUAN,
        "太原市晋安气体充装有限公司",
        "Jin'an Gas Filling",
        "filler",
        "distributor",
        prefix="69990303",
    )
    filler = new.site(
        station,
        "晋安气体充装站",
        "Filling station",
        "山西省太原市万柏林区西矿街330号",
        "太原市",
        37.86,
        112.48,
    )
    users = []
    for name, name_en, where in (
        ("太原市汾东康复医院", "Fendong Rehabilitation Hospital", "太原市迎泽区南内环街5号"),
        ("山西同昌机械加工有限公司", "Tongchang Machining", "太原市尖草坪区和平北路41号"),
    ):
        user = new.party("91" if "公司" in name else "12", TAIYUAN, name, name_en, "user")
        users.append(new.site(user, name, name_en, f"山西省{where}", "太原市", 37.86, 112.55))
    master.products += (
        Product(
            f"equipment_code:{catalogue}",
            "无缝钢质气瓶 40L",
            "Seamless steel cylinder 40 L",
            "gas_cylinder",
            works,
            "40L 15MPa",
        ),
        Product(gas, "工业氧", "Industrial oxygen", "consumer", producer, "GB/T 3863"),
    )
    new.licence(
        "special_equipment_manufacture", "TS2214003-2029", maker, "国家市场监督管理总局", "B1 无缝气瓶"
    )
    new.licence("inspection_body", "TS7310014-2029", inspector, "国家市场监督管理总局", "气瓶定期检验")
    new.licence("filling_permit", "TS4214017-2029", filler, "山西省市场监督管理局", "压缩气体")
    return CylinderPeople(maker, inspector, gas_works, filler, users)


def millet(master: MasterData, raw: str, seed: str, mixed: str, product: str) -> MilletPeople:
    """Fill in the millet world's parties, sites, products and licences.

    :param product: identification of the packs, `organic_code:<body and year>`
    """
    new = _Registry(master, 4)
    coop = new.party(
        "93",
        QINXIAN,
        "沁县次村乡檀山谷子种植专业合作社",
        "Tanshan Millet Cooperative",
        "farm",
        prefix="69990401",
    )
    farm = new.site(
        coop,
        "檀山谷子合作社晾晒场",
        "Threshing yard",
        "山西省长治市沁县次村乡檀山村",
        "长治市",
        36.75,
        112.62,
    )
    plots = [
        new.site(
            coop,
            f"檀山{name}地块",
            name_en,
            f"山西省长治市沁县次村乡檀山村{name}",
            "长治市",
            36.76,
            112.60 + number / 100,
        )
        for number, (name, name_en) in enumerate(
            (("北坡", "North slope"), ("石岭", "Stone ridge"), ("河湾", "River bend"))
        )
    ]
    shop = new.party("92", QINXIAN, "沁县惠农农资经营部", "Huinong Farm Supplies", "distributor")
    inputs = new.site(
        shop, "惠农农资门市", "Farm supplies", "山西省长治市沁县定昌镇育才路9号", "长治市", 36.75, 112.69
    )
    miller = new.party(
        "91", QINXIAN, "沁县檀香米业有限公司", "Tanxiang Millet", "producer", "packer", prefix="69990402"
    )
    mill = new.site(
        miller, "檀香米业加工厂", "Mill", "山西省长治市沁县定昌镇工业园1号", "长治市", 36.74, 112.70
    )
    opener = new.party(
        "91",
        CHANGZHI,
        "长治市紫坊农产品批发市场有限公司",
        "Zifang Wholesale Market",
        "distributor",
        prefix="69990403",
    )
    market = new.site(
        opener,
        "紫坊农产品批发市场",
        "Wholesale market",
        "山西省长治市潞州区紫金西街188号",
        "长治市",
        36.18,
        113.08,
    )
    shops = []
    for name, name_en, where in (
        ("长治市潞州区粮心粮铺", "Liangxin Grain Shop", "长治市潞州区府后西街66号"),
        ("太原市晋源区老农有机店", "Laonong Organic Shop", "太原市晋源区旧晋祠路7号"),
    ):
        keeper = new.party("92", CHANGZHI, name, name_en, "retailer")
        shops.append(new.site(keeper, name, name_en, f"山西省{where}", where[:3], 36.19, 113.10))
        new.licence(
            "food_business",
            numbers.trade_licence(CHANGZHI, 50 + len(shops)),
            shops[-1],
            "长治市市场监督管理局",
            "散装食品销售",
        )
    packs = Product(
        product, "沁州黄小米（有机）", "Organic Qinzhou yellow millet", "agri_crop", miller, "500g/袋", 365
    )
    master.products += (
        Product(seed, "谷子种子 长农47", "Millet seed", "agri_crop", shop, "1kg"),
        Product(raw, "沁州黄谷子", "Unhusked millet", "agri_crop", coop, "散装"),
        Product(mixed, "沁州黄小米（散装）", "Millet, loose", "agri_crop", miller, "散装"),
        packs,
    )
    new.licence(
        "food_production", numbers.food_licence("101", QINXIAN, 7), mill, "长治市市场监督管理局", "粮食加工品"
    )
    new.licence("organic_certificate", "CHN-101-20260001", mill, "晋安有机认证中心", "谷子 12.0t", packs)
    new.licence("organic_certificate", "CHN-101-20260002", farm, "晋安有机认证中心", "谷子种植 180 亩")
    new.licence("gi_mark", "AGI00123", mill, "农业农村部", "沁州黄小米", packs)
    return MilletPeople(farm, plots, inputs, mill, market, shops)
